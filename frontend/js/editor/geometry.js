// Shapes of tables, as staff/presenters/drawing.py draws them.

export const GRID = 10;
export const SMALLEST = 30;
export const LARGEST = 800;
const CHAIR = { wide: 22, deep: 9, gap: 4 };

export const clamp = (value, least, most) => Math.min(Math.max(value, least), most);
export const snap = (value, grid = GRID) => Math.floor((value + grid / 2) / grid) * grid;
const n = (value) => String(Math.round(value * 10) / 10);

export function outline(table, grow = 0) {
  const width = table.width + 2 * grow;
  const height = table.height + 2 * grow;
  const corner = ({ bar: 10, booth: 22 }[table.shape] ?? 14) + grow;
  const round = table.shape === "round";
  const rx = round ? width / 2 : Math.min(corner, width / 2, height / 2);
  const ry = round ? height / 2 : rx;
  const arc = `a${n(rx)} ${n(ry)} 0 0 1`;
  return (
    `M${n(rx - grow)} ${n(-grow)}h${n(width - 2 * rx)}${arc} ${n(rx)} ${n(ry)}v${n(height - 2 * ry)}` +
    `${arc} ${n(-rx)} ${n(ry)}h${n(2 * rx - width)}${arc} ${n(-rx)} ${n(-ry)}v${n(2 * ry - height)}` +
    `${arc} ${n(rx)} ${n(-ry)}z`
  );
}

export function chairs(table) {
  const { seats, shape, width, height } = table;
  if (shape === "round") return around(width, height, seats);
  if (shape === "bar" || shape === "booth") return along(width, height, seats, 1);
  const ends = seats > 4 && seats % 2 === 0 && width >= height ? 2 : 0;
  const upper = Math.ceil((seats - ends) / 2);
  return [
    ...along(width, height, upper, -1),
    ...along(width, height, seats - ends - upper, 1),
    ...(ends ? atEnds(width, height) : []),
  ];
}

function along(width, height, count, side) {
  const wide = Math.min(CHAIR.wide, Math.floor(width / Math.max(count, 1)) - 4);
  if (wide < 6) return [];
  const y = side < 0 ? -CHAIR.gap - CHAIR.deep : height + CHAIR.gap;
  return Array.from({ length: count }, (_, at) => ({
    x: (width * (at + 0.5)) / count - wide / 2,
    y,
    width: wide,
    height: CHAIR.deep,
  }));
}

function atEnds(width, height) {
  const y = height / 2 - CHAIR.wide / 2;
  return [-CHAIR.gap - CHAIR.deep, width + CHAIR.gap].map((x) => ({ x, y, width: CHAIR.deep, height: CHAIR.wide }));
}

function around(width, height, count) {
  const [mx, my] = [width / 2, height / 2];
  return Array.from({ length: Math.min(count, 40) }, (_, at) => {
    const angle = (360 * at) / count;
    const ray = (angle * Math.PI) / 180;
    const radius = (mx * my) / Math.hypot(my * Math.sin(ray), mx * Math.cos(ray));
    return {
      x: mx - CHAIR.wide / 2,
      y: my - radius - CHAIR.gap - CHAIR.deep,
      width: CHAIR.wide,
      height: CHAIR.deep,
      turn: `rotate(${n(angle)} ${n(mx)} ${n(my)})`,
    };
  });
}

// The box along the axes that a turned table needs.
export function boxOf(table) {
  const angle = (table.rotation * Math.PI) / 180;
  const still = table.shape === "round" && table.width === table.height;
  const cos = still ? 1 : Math.abs(Math.cos(angle));
  const sin = still ? 0 : Math.abs(Math.sin(angle));
  const wide = table.width * cos + table.height * sin;
  const tall = table.width * sin + table.height * cos;
  const middle = middleOf(table);
  return {
    left: middle.x - wide / 2,
    top: middle.y - tall / 2,
    right: middle.x + wide / 2,
    bottom: middle.y + tall / 2,
  };
}

export const middleOf = (table) => ({ x: table.x + table.width / 2, y: table.y + table.height / 2 });

// How far a group of tables may go, so that none leaves the canvas.
export function limitsOf(tables, doc) {
  const boxes = tables.map(boxOf);
  const least = (name) => Math.min(...boxes.map((box) => box[name]));
  const most = (name) => Math.max(...boxes.map((box) => box[name]));
  const limits = {
    left: Math.min(0, Math.ceil(-least("left") - 0.01)),
    right: Math.max(0, Math.floor(doc.width - most("right") + 0.01)),
    up: Math.min(0, Math.ceil(-least("top") - 0.01)),
    down: Math.max(0, Math.floor(doc.height - most("bottom") + 0.01)),
  };
  // The corner before turning is what is stored, and it is never negative.
  limits.left = Math.max(limits.left, -Math.min(...tables.map((table) => table.x)));
  limits.up = Math.max(limits.up, -Math.min(...tables.map((table) => table.y)));
  return limits;
}

// The same table with another size, its upper left corner where it was, also when turned.
export function resized(table, width, height) {
  const angle = (table.rotation * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const turn = (x, y) => ({ x: x * cos - y * sin, y: x * sin + y * cos });
  const before = turn(-table.width / 2, -table.height / 2);
  const after = turn(width / 2, height / 2);
  const middle = middleOf(table);
  return {
    width,
    height,
    x: Math.max(0, Math.round(middle.x + before.x + after.x - width / 2)),
    y: Math.max(0, Math.round(middle.y + before.y + after.y - height / 2)),
  };
}
