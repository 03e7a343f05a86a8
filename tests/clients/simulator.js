// Starts `python -m simulator` on two free ports and talks to its control port.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

export async function startSimulator() {
  const python = process.env.PYTHON ?? `${PROJECT}.venv/bin/python`;
  const ports = ['--port', '0', '--control-port', '0'];
  const server = spawn(python, ['-m', 'simulator', ...ports], { cwd: PROJECT, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: server.stdout })) {
    return new Simulator(server, JSON.parse(line));
  }
  throw new Error(`${python} -m simulator ended before it was ready`);
}

class Simulator {
  #server;

  constructor(server, { data, control }) {
    this.#server = server;
    this.url = data;
    this.control = control;
  }

  stop() {
    this.#server.kill('SIGTERM');
  }

  reset() {
    return this.#post('/reset', {});
  }

  seed(data) {
    return this.#post('/seed', data);
  }

  configure(settings) {
    return this.#post('/settings', settings);
  }

  breakNext(fault) {
    return this.#post('/faults', fault);
  }

  async counters(system) {
    const answer = await fetch(`${this.control}/counters`);
    return (await answer.json())[system];
  }

  async #post(path, body) {
    const answer = await fetch(this.control + path, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
  }
}
