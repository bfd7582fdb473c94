/** The whole script of a page that only informs. */

import { armExit } from "./exit.ts";

armExit();
