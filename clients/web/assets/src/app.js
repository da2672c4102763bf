// Everything here only enhances: each page works without it.
import "./scripts/focus.js";
