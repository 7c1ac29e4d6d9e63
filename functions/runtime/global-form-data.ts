/**
 * axios takes the class that Node has where this has none. serverless.yml puts this into bundles in the place
 * of `form-data`, which brings a table of all media types: a fifth of a bundle, for forms that nobody sends.
 */
export default undefined;
