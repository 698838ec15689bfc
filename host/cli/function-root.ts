// Where functions are when nothing is said.
export const functionsRoot = "functions";
