import shared from '../../jest.project.js';

export default { ...shared, displayName: 'seeded-random', testTimeout: 60_000 };
