import shared from '../../jest.project.js';

export default { ...shared, displayName: 'spotify-mock', testTimeout: 60_000 };
