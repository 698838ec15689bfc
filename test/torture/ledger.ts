// The books kept from the events alone, by none of the bank's code: what every account holds, and how each thing that was asked
// for went on. What happens twice, or without its cause, is thrown at once; what is missing shows when all is quiet.
export type LogEvent = {
  readonly id: string;
  readonly event_type: string;
  readonly entity: string;
  readonly aggregate: string;
  readonly sequence: number;
  readonly position: number;
  readonly time: string;
  readonly root_cause: string;
  readonly depth: number;
  readonly cause: { readonly kind: string; readonly id: string };
  readonly payload: { readonly [field: string]: unknown };
};

/** What was asked for by one call from outside: its outcome, and by type what followed from that. */
type Story = Map<string, LogEvent>;

const outcome = "its outcome";
/** What follows from what, in a story. */
const causes: ReadonlyMap<string, string> = new Map([
  ["DepositReceived", "FundsSent"],
  ["DepositRefused", "FundsSent"],
  ["TransferRefunded", "DepositRefused"],
  ["CashWithdrawn", "CashDispensed"],
  ["WithdrawalDeclined", "CashDispensed"],
]);

export class Ledger {
  readonly #stories = new Map<string, Story>();
  readonly #cents = new Map<string, number>();
  /** Money that came in from outside, less what went out. */
  #inside = 0;

  /** Takes the next event of the log. */
  add(event: LogEvent): void {
    // Evento's own history tells of functions and of commands that were parked, any number of times.
    if (event.aggregate === "evento:host") return;
    const story = this.#storyOf(event.root_cause);
    const step = event.depth <= 1 ? outcome : event.event_type;
    require(!story.has(step), `${step} of ${event.root_cause} happened twice`, event);
    if (step !== outcome) {
      const cause = [...story.values()].find(({ event_type }) => event_type === causes.get(step));
      require(cause !== undefined, `${step} of ${event.root_cause} happened without its cause`, event);
      require(cause?.payload["amount"] === event.payload["amount"], `${step} is about another amount`, event);
    }
    story.set(step, event);
    this.#book(event);
  }

  /** @throws when something that has to follow did not. */
  requireComplete(): void {
    for (const [root, story] of this.#stories)
      for (const { event_type } of story.values()) {
        const followers = [...causes].filter(([, cause]) => cause === event_type).map(([step]) => step);
        // A deposit that is refused at a counter is no transfer: nothing goes back.
        if (followers.length === 0 || (event_type === "DepositRefused" && !story.has(event_type))) continue;
        const count = followers.filter((step) => story.has(step)).length;
        if (count !== 1)
          throw new Error(`${event_type} of ${root} was followed by ${count} of ${followers.join(", ")}`);
      }
    const held = [...this.#cents.values()].reduce((sum, cents) => sum + cents, 0);
    if (held !== this.#inside) throw new Error(`the accounts hold ${held} cents, expected ${this.#inside}`);
  }

  /** What an account holds, as text. */
  balanceOf(account: string): string {
    return ((this.#cents.get(account) ?? 0) / 100).toFixed(2);
  }

  /** How often something happened as a step of a story. */
  countOf(eventType: string): number {
    let count = 0;
    for (const story of this.#stories.values())
      for (const event of story.values()) if (event.event_type === eventType) count++;
    return count;
  }

  #storyOf(root: string): Story {
    const known = this.#stories.get(root);
    if (known !== undefined) return known;
    const story: Story = new Map();
    this.#stories.set(root, story);
    return story;
  }

  #book(event: LogEvent): void {
    const sign = signOf(event.event_type);
    if (sign === 0) return;
    const cents = sign * centsOf(event.payload["amount"]);
    const balance = (this.#cents.get(event.aggregate) ?? 0) + cents;
    this.#cents.set(event.aggregate, balance);
    require(centsOf(event.payload["balance"]) === balance, `the balance should be ${balance} cents`, event);
    const isOutside =
      event.event_type === "CashWithdrawn" || (event.event_type === "DepositReceived" && event.depth === 1);
    if (isOutside) this.#inside += cents;
  }
}

function signOf(eventType: string): -1 | 0 | 1 {
  if (eventType === "DepositReceived" || eventType === "TransferRefunded") return 1;
  return eventType === "CashWithdrawn" || eventType === "FundsSent" ? -1 : 0;
}

function centsOf(amount: unknown): number {
  return Math.round(Number(amount) * 100);
}

function require(holds: boolean, message: string, event: LogEvent): void {
  if (!holds) throw new Error(`${message}: ${JSON.stringify(event)}`);
}
