// What `lit-html.js` is at run time: the host serves the package's own file under this name.
export * from "lit-html";
