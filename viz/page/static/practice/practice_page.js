// Practice page: the entry of a page that opens in practice.

import { session } from "../controls/main.js";
import { Practice } from "./practice.js";

new Practice(session).start();
