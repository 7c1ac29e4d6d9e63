import shared from '../jest.project.js';

export default { ...shared, displayName: 'product', testTimeout: 60_000 };
