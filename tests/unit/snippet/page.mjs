// A page without a browser: evaluates snippets, one JSON request a line, and answers what each one did.
//
// Request: {format, code, clicks: [goal], globals: {name: value}, library: source of AlephBet, or null for a recorder}
// Answer:  {error} or {adapter, readFrom, experiment, goals, added, loaded, activated, requests, exposed}
import { createInterface } from "node:readline";
import vm from "node:vm";

function recorder(seen) {
  return {
    LamedAdapter: class {
      constructor(url, namespace, storage) {
        seen.adapter = [url, namespace];
        storage.get();
      }
    },
    Goal: class {
      constructor(name, options = {}) {
        this.name = name;
        seen.goals.push([name, options.unique ?? true]);
      }
      complete() {
        seen.completed.push(this.name);
      }
    },
    Experiment: class {
      constructor(options) {
        const variants = Object.entries(options.variants);
        seen.experiment = {
          name: options.name,
          sample: options.sample ?? null,
          user_id: options.user_id ?? null,
          triggered: options.trigger ? Boolean(options.trigger()) : null,
          variants: variants.map(([name, { weight }]) => [name, weight ?? null]),
        };
        for (const [, { activate }] of variants) activate();
      }
      add_goals(goals) {
        seen.added = goals.map((goal) => goal.name);
      }
    },
  };
}

function page(request, seen) {
  const stored = new Map();
  const listeners = [];
  const context = {
    console,
    crypto: globalThis.crypto,
    localStorage: {
      getItem: (key) => {
        seen.readFrom = key;
        return stored.get(key) ?? null;
      },
      setItem: (key, value) => stored.set(key, String(value)),
      removeItem: (key) => stored.delete(key),
    },
    fetch: async (url, options) => {
      seen.requests.push({ url, keepalive: options.keepalive });
      return { status: 200 };
    },
    ...request.globals,
  };
  context.window = context.self = context;
  const load = () => {
    if (request.library) vm.runInContext(request.library, context);
    else context.AlephBet = recorder(seen);
  };
  context.document = {
    addEventListener: (type, listener) => listeners.push(listener),
    createElement: () => ({}),
    head: {
      append: ({ src, integrity, crossOrigin, onload }) => {
        seen.loaded = { src, integrity, crossOrigin };
        load();
        onload();
      },
    },
  };
  vm.createContext(context);
  const click = (goal) => {
    const element = { getAttribute: () => goal };
    for (const listener of listeners) listener({ target: { closest: () => (goal === null ? null : element) } });
  };
  return { context, load, click };
}

async function evaluate(request) {
  const seen = { goals: [], completed: [], requests: [] };
  const { context, load, click } = page(request, seen);
  if (request.format === "module") {
    const module = new vm.SourceTextModule(request.code, { context });
    await module.link(() => {
      throw new Error("the module imports something");
    });
    await module.evaluate();
    seen.exposed = Object.keys(module.namespace).sort();
  } else {
    load();
    vm.runInContext(request.code, context);
    seen.exposed = [...context.lamedExperiments.keys()];
  }
  for (const goal of request.clicks ?? []) click(goal);
  return seen;
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await evaluate(JSON.parse(line)).catch((error) => ({ error: String(error) }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
