// Gives the UMD build beside this file the face of an ES module.
import "./hls.light.min.js";

export default globalThis.Hls;
