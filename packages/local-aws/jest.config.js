import shared from '../../jest.project.js';

export default { ...shared, displayName: 'local-aws', testTimeout: 60_000 };
