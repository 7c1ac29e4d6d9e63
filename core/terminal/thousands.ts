/** A whole number with commas. Not `toLocaleString`: its first use takes 10 ms. */
export const thousands = (n: number): string => `${n}`.replace(/\B(?=(\d{3})+$)/g, ',');
