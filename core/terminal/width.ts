/** Columns of a terminal; undefined elsewhere, and of one that reports 0, which does not know its size. */
export const widthOf = ({ columns }: { readonly columns?: number }): number | undefined =>
  columns || undefined;
