// The simulation engine behind the page: each design in a worker of its own, so that the page goes
// on and two are played at once.

/** What went wrong with the engine itself, and not with what it was asked. */
export class NoEngine extends Error {}

/** A worker that can be asked one thing after another, and stopped. */
export class Player {
  #worker = null;
  #waiting = new Map();
  #last = 0;

  /** Asks the engine: resolves with its answer, rejects with what is wrong. */
  ask(what, args, onProgress = () => {}) {
    this.#worker ??= this.#start();
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, onProgress });
      this.#worker.postMessage({ id, what, args });
    });
  }

  /** Ends what is under way; whoever waits for it is told nothing more. */
  stop() {
    this.#worker?.terminate();
    this.#worker = null;
    this.#waiting.clear();
  }

  #start() {
    const worker = new Worker('/what-if/worker.js', { type: 'module' });
    worker.onmessage = ({ data: { id, progress, answer, error } }) => {
      const waiting = this.#waiting.get(id);
      if (!waiting) return;
      if (progress !== undefined) {
        waiting.onProgress(progress);
        return;
      }
      this.#waiting.delete(id);
      if (error === undefined) waiting.resolve(answer);
      else waiting.reject(new Error(error));
    };
    // The module could not be loaded: nobody is answered.
    worker.onerror = () => {
      for (const { reject } of this.#waiting.values()) reject(new NoEngine());
      this.stop();
    };
    return worker;
  }
}
