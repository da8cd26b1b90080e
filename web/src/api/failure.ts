import type { Problem } from "./schema";

/** An answer that is no success, or none at all (`status` 0: the line is cut, or the server does not answer). */
export class Failure extends Error {
  /** When it came, in the time of `performance.now()`. */
  readonly at = performance.now();
  constructor(
    readonly status: number,
    readonly problem: Partial<Problem> = {},
    readonly requestId = "",
    readonly retryAfter = 0,
  ) {
    super(problem.detail ?? `status ${status}`);
  }
  get code(): string {
    return this.problem.code ?? "";
  }
  /** True if the same request may be sent again: whether it was carried out is not known, or it was not yet. */
  get again(): boolean {
    return (
      this.status === 0 ||
      this.status >= 500 ||
      this.status === 429 ||
      ["in_progress", "upload_pending"].includes(this.code)
    );
  }
}
