/** The script of the form and of the return page. */

import "./old.ts"; // before what an old browser cannot load

import { browserNet } from "../client/net.ts";
import { parsePin } from "../client/portal.ts";
import { CryptoError } from "../errors.ts";
import { utf8 } from "../wire/bytes.ts";
import { guardBack } from "./backkey.ts";
import { armExit } from "./exit.ts";
import { opened, sayClosed } from "./opening.ts";
import { showCleared } from "./receipt.ts";
import { returnTo } from "./returning.ts";
import { checkWhole } from "./whole.ts";
import { write } from "./writing.ts";

armExit();
const main = document.getElementById("main");
if (main) void start(main);

/** Nothing of this script goes on after a fault that it does not know: the page says so and shows no field. */
async function start(main: HTMLElement): Promise<void> {
  let typing = false;
  try {
    checkWhole(main);
    const net = browserNet();
    const portal = await opened(parsePin(utf8(main.dataset["pin"] ?? "")), net);
    typing = true;
    document.documentElement.dataset["busy"] = "";
    guardBack();
    if (main.dataset["page"] === "return") await returnTo(portal, net);
    else if ((await write(portal, net, main.dataset["questionnaire"] ?? "")) === "back") {
      location.assign(main.dataset["start"] ?? "/");
      return;
    }
    showCleared();
    delete document.documentElement.dataset["busy"];
  } catch (error) {
    await sayClosed("closed-other", error instanceof CryptoError ? error.code : "fault", typing);
    location.reload();
  }
}
