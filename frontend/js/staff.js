// The staff area. Each part finds its own element by a data- attribute and does nothing where there is none.

import { followFocus } from "./focus.js";
import { startList } from "./staff/list.js";
import { startMenus } from "./staff/menus.js";
import { startRefresh } from "./staff/refresh.js";

document.documentElement.classList.add("js");

followFocus();
startMenus();
startList();
startRefresh();
