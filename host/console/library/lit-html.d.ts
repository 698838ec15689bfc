// What `lit-html.js` is at run time: the host serves the package's own files under this folder's name.
export * from "lit-html";
