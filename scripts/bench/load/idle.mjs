// Holds connections open that ask for nothing more. Arguments: port, path, count. Each asks once, so that the
// gateway has served it; then `open N` is printed. A line on standard input is answered by the same with how
// many are open now. Ends when its standard input does.
import { Connection } from "./connection.mjs";

const [portText, path, countText] = process.argv.slice(2);
const target = { port: Number(portText), path, status: "200" };
const count = Number(countText);
// No more at a time than a backlog takes.
const AT_ONCE = 64;

const open = new Set();
let started = 0;
let settled = 0;

function connect() {
  started += 1;
  const connection = new Connection(target, { ready: (each) => each.ask(), answered, lost: next });
  open.add(connection);
}

function answered(connection) {
  connection.isSettled = true;
  advance();
}

function next(connection) {
  open.delete(connection);
  if (connection.isSettled) return;
  connection.isSettled = true;
  advance();
}

function advance() {
  settled += 1;
  if (started < count) connect();
  else if (settled === count) say();
}

const say = () => console.log(`open ${open.size}`);

for (let index = 0; index < Math.min(AT_ONCE, count); index++) connect();
process.stdin.on("data", say).on("end", () => {
  // A reset leaves no port waiting for late packets.
  for (const { socket } of open) socket.resetAndDestroy();
  setTimeout(() => process.exit(0), 100);
});
