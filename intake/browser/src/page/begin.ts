/** What the scripts of the form and of the return page do alike: open the portal, run, and never go on after a fault. */

import { browserNet, type Net } from "../client/net.ts";
import { parsePin } from "../client/portal.ts";
import { CryptoError } from "../errors.ts";
import { utf8 } from "../wire/bytes.ts";
import { guardBack } from "./backkey.ts";
import { armExit } from "./exit.ts";
import { opened, type Opened, sayClosed } from "./opening.ts";
import { showCleared } from "./receipt.ts";
import { checkWhole, type Whole } from "./whole.ts";

/** Ends when the page holds nothing any more; false when it is already on its way elsewhere. */
export type Run = (opened: Opened, net: Net, dataset: DOMStringMap) => Promise<boolean>;

/** `whole`: what this page alone must have come with. */
export function begin(whole: Whole, run: Run): void {
  armExit();
  const main = document.getElementById("main");
  if (main) void start(main.dataset, whole, run);
}

/** Nothing of this script goes on after a fault that it does not know: the page says so and shows no field. */
async function start(dataset: DOMStringMap, whole: Whole, run: Run): Promise<void> {
  let typing = false;
  try {
    checkWhole(dataset, whole);
    const net = browserNet();
    const portal = await opened(parsePin(utf8(dataset["pin"] ?? "")), net);
    typing = true;
    document.documentElement.dataset["busy"] = "";
    guardBack();
    if (!(await run(portal, net, dataset))) return;
    showCleared();
    delete document.documentElement.dataset["busy"];
  } catch (error) {
    await sayClosed("closed-other", error instanceof CryptoError ? error.code : "fault", typing);
    location.reload();
  }
}
