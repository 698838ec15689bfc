// What a thermostat decides and what becomes of it: nothing here knows of hosts or bytes.
const [leastTarget, mostTarget] = [5, 30];

/** What there is before the first event. */
export const initialState = { target: 20, celsius: null, heating: false };

export const commands = {
  /** A refusal is an event as well: whoever looks later sees that somebody tried. */
  SetTarget({ celsius }, { target }) {
    if (target < leastTarget || target > mostTarget) {
      const reason = `a target lies between ${leastTarget} and ${mostTarget} degrees`;
      return { event_type: "TargetDeclined", payload: { target, reason } };
    }
    return { event_type: "TargetSet", payload: { target, heating: celsius !== null && celsius < target } };
  },

  ReportTemperature({ target }, { celsius }) {
    return { event_type: "TemperatureReported", payload: { celsius, heating: celsius < target } };
  },
};

export const events = {
  TargetSet: (state, { target, heating }) => ({ ...state, target, heating }),
  TemperatureReported: (state, { celsius, heating }) => ({ ...state, celsius, heating }),
  TargetDeclined: (state) => state,
};
