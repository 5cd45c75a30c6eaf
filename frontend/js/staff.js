// The staff area. Each part finds its own element by a data- attribute and does nothing where there is none.

import { followFocus } from "./focus.js";
import { startMenus } from "./staff/menus.js";

document.documentElement.classList.add("js");

followFocus();
startMenus();
