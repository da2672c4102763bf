// Everything here only enhances: each page works without it.
import "./scripts/forms.js";
import "./scripts/payment.js";
import "./scripts/planning.js";
import "./scripts/copy.js";
import "./scripts/presence.js";
import "./scripts/child_search.js";
