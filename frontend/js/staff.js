// The staff area. Each part finds its own element by a data- attribute and does nothing where there is none.

import { followFocus } from "./focus.js";
import { startActions } from "./staff/actions.js";
import { startFloor } from "./staff/floor.js";
import { startList } from "./staff/list.js";
import { startLive } from "./staff/live.js";
import { startMenus } from "./staff/menus.js";
import { startPreferences } from "./staff/preferences.js";
import { startRefresh } from "./staff/refresh.js";
import { startSetUp } from "./staff/start.js";
import { startTalk } from "./staff/talk.js";
import { startTimeline } from "./staff/timeline.js";

document.documentElement.classList.add("js");

followFocus();
startMenus();
startActions();
startFloor();
startPreferences();
startList();
startRefresh();
startLive();
startSetUp();
startTimeline();
startTalk();
