// What colours look like, by the names that shops give them.

const SEEN = {
  beige: "#d9c3a0", black: "#17151a", blue: "#2f5fb3", brown: "#6b4529", burgundy: "#6d1a2c",
  camel: "#bf9156", charcoal: "#3d4046", coral: "#f0765f", cream: "#f4ead3", fuchsia: "#c9217f",
  gold: "#c79a3b", gray: "#8b8d91", green: "#2f7d46", grey: "#8b8d91", ivory: "#f3eddc",
  khaki: "#8f8a5c", lavender: "#b7a4d9", mint: "#a5d9be", mustard: "#cf9c25", navy: "#1d2a4d",
  olive: "#66692f", orange: "#e57a25", peach: "#f6b690", pink: "#ee9db4", purple: "#6d3a8c",
  red: "#bf2431", rose: "#d9788d", silver: "#b9bdc4", "sky blue": "#8fc4e8", tan: "#c9a27a",
  teal: "#1f7a7a", turquoise: "#39b4b0", white: "#fbfaf8", yellow: "#f0cf3c",
};

/** Return how a colour looks, or null where its name is not known. */
export const colorOf = (name) => SEEN[name.toLowerCase()] ?? null;
