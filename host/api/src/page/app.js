// The page of the daemon: signing in, and the day at a glance.

const API = "/api/v1";
const main = document.getElementById("main");
const who = document.getElementById("who");
const clock = document.getElementById("clock");
const problem = document.getElementById("problem");

const rupees = paise => (paise / 100).toLocaleString("en-IN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

// Every value goes in as text, never as markup: names and reasons come from people and guests.
const make = (tag, options = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), options);
  node.append(...children.filter(child => child !== null));
  return node;
};

// Answers the JSON of a route; what is refused is thrown with the sentence of the problem details.
const ask = async (method, path, body) => {
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  const answer = await fetch(API + path, { method, headers, body: JSON.stringify(body) });
  const text = await answer.text();
  const value = text ? JSON.parse(text) : null;
  if (!answer.ok) throw Object.assign(new Error(value?.detail ?? answer.statusText), { status: answer.status, code: value?.code });
  return value;
};

// Runs what a person asked for and shows why it failed.
const attempt = async work => {
  try {
    problem.textContent = "";
    await work();
  } catch (error) {
    problem.textContent = error.message;
  }
};

const field = (label, name, type, autocomplete) =>
  make("label", {}, label, make("input", { name, type, autocomplete, required: name !== "code" }));

// A form that posts its fields, less the empty ones, and goes on when that was accepted.
const form = (title, button, fields, path, more, done) => make("form", {
  onsubmit: event => {
    event.preventDefault();
    const given = Object.fromEntries([...new FormData(event.target)].filter(([, value]) => value !== ""));
    attempt(async () => {
      await ask("POST", path, { ...given, ...more });
      await done();
    });
  },
}, make("h2", {}, title), ...fields, make("button", {}, button));

const name = field("Name", "name", "text", "username");
const newPassword = () => field("New password (12 characters or more)", "password", "password", "new-password");

const signIn = () => form("Sign in", "Sign in",
  [name, field("Password", "password", "password", "current-password"), field("Code, if you use one", "code", "text", "one-time-code")],
  "/auth/login", {}, begin);

// One-time links carry their token behind the #, which is not sent to any server or written to any log.
const linked = () => {
  const [purpose, token] = location.hash.slice(1).split("=");
  const done = async () => {
    history.replaceState(null, "", "/");
    await begin();
  };
  if (purpose === "setup") return form("Set up the first admin", "Create", [name, newPassword()], "/auth/setup", { token }, done);
  if (purpose === "reset") return form("Choose a new password", "Save", [newPassword()], "/auth/reset", { token }, done);
  return null;
};

const table = (heads, rows) => make("div", { className: "scroll" }, make("table", {},
  make("thead", {}, make("tr", {}, ...heads.map(([title, cls]) => make("th", { className: cls ?? "", scope: "col" }, title)))),
  make("tbody", {}, ...rows.map(cells => make("tr", {}, ...cells.map((cell, i) => make("td", { className: heads[i][1] ?? "" }, String(cell ?? ""))))))));

const part = (title, empty, content) => make("div", {}, make("h3", {}, title), content ?? make("span", { className: "soft" }, empty));

// Instants are written in IST, such as 2025-01-02T09:15:00.000+05:30.
const timeOfDay = instant => instant.slice(11, 16);

const slots = user => user.slots.length ? make("div", { className: "slots" }, ...user.slots.map(slot =>
  make("span", { className: `slot ${slot.state}` }, `${timeOfDay(slot.due_at)} ${slot.task} · ${slot.kind === "continuous" ? `${slot.ticks.ran}/${slot.ticks.expected} ticks · ` : ""}${slot.state}`))) : null;

const orders = user => user.orders.length ? table(
  [["Order"], ["Symbol"], ["Side"], ["Quantity", "number"], ["Filled", "number"], ["Limit", "number"], ["Average", "number"], ["State"], ["Reason"]],
  user.orders.map(o => [o.id, o.symbol, o.side, o.quantity, o.filled_quantity, o.limit_paise === null ? "market" : rupees(o.limit_paise), o.average_price_paise === null ? "" : rupees(o.average_price_paise), o.state, o.reason])) : null;

const positions = user => user.positions.length ? table(
  [["Symbol"], ["Quantity", "number"], ["Average", "number"], ["Last", "number"], ["Unrealised", "number"]],
  user.positions.map(p => [p.symbol, p.quantity, rupees(p.average_price_paise), p.unpriced ? `${rupees(p.last_price_paise)} (old)` : rupees(p.last_price_paise), rupees(p.unrealised_paise)])) : null;

const section = (user, me) => make("section", {},
  make("div", { className: "row" }, make("h2", {}, user.name),
    make("span", { className: user.service.running ? "on" : "soft" }, user.service.running ? "service running" : "service stopped"),
    user.id !== me.id ? null : make("button", {
      onclick: () => attempt(() => ask("POST", `/user/service/${user.service.running ? "stop" : "start"}`).then(refresh)),
    }, user.service.running ? "Stop" : "Start"),
    `cash ${rupees(user.funds.cash_paise)}`, make("span", {}, `invested ${rupees(user.funds.invested_paise)}`),
    make("span", {}, `realised ${rupees(user.funds.realised_paise)}`), make("span", { className: "soft" }, `charges ${rupees(user.funds.charges_paise)}`)),
  user.problem === null ? null : make("p", { className: "note" }, user.problem),
  part("Slots today", "none: no session is expected of this user today", slots(user)),
  part("Positions", "none", positions(user)),
  part("Orders", "none yet", orders(user)));

// What somebody has to look at stands above everything else.
const alerts = overview => overview.alerts.length ? make("section", { className: "alerts" },
  make("h2", {}, "Open alerts"),
  table([["Since"], ["About"], ["Kind"], ["What"]],
    overview.alerts.map(alert => [alert.since_ist.slice(0, 16), alert.about ?? "the installation", alert.code, alert.detail])),
  overview.more_alerts ? make("p", { className: "soft" }, "There are more: /api/v1/alerts, and /api/v1/system/alerts for admins, have them all.") : null) : null;

let me = null;

const refresh = async () => {
  if (me === null) return;
  try {
    const overview = await ask("GET", "/system/overview");
    clock.replaceChildren(
      make("strong", {}, overview.now_ist.slice(0, 19) + " IST"),
      make("span", { className: "soft" }, overview.trading_day ? `phase ${overview.phase}` : "no session today"),
      overview.note ? make("span", { className: "note" }, overview.note) : "",
      make("span", { className: "soft" }, `holidays known through ${overview.known_through}`),
      make("span", { className: "soft" }, "paper trading"));
    main.replaceChildren(alerts(overview) ?? "", ...overview.users.map(user => section(user, me)));
  } catch (error) {
    if (error.status === 401) return begin();
    problem.textContent = `The daemon does not answer: ${error.message}`;
  }
};

const signOut = () => attempt(async () => {
  await ask("POST", "/auth/logout");
  await begin();
});

// Shows what fits who is signed in: the day, or a way in.
const begin = async () => {
  try {
    me = await ask("GET", "/auth/me");
  } catch (error) {
    me = null;
    clock.replaceChildren();
    who.replaceChildren();
    if (error.status !== 401) problem.textContent = `The daemon does not answer: ${error.message}`;
    return main.replaceChildren(linked() ?? signIn());
  }
  problem.textContent = "";
  who.replaceChildren(make("span", {}, `${me.name} (${me.role})`), make("button", { onclick: signOut }, "Sign out"));
  await refresh();
};

// A demonstration says so before anybody has signed in.
attempt(async () => {
  const { demonstration, set_up_pending: pending } = await ask("GET", "/system/health");
  if (pending) document.body.prepend(make("p", { className: "banner" }, "This daemon is not set up yet: open the link that it printed when it started, and make yourself its first admin"));
  if (demonstration) document.body.prepend(make("p", { className: "banner" }, "DEMONSTRATION: made-up users and money; sign in as admin or user2 with the password prahari-demo"));
});
begin();
setInterval(refresh, 2000);
