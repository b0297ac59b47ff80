export default {
  compilerOptions: {
    runes: true,
    // Builds elements one by one: no innerHTML, not even in the compiler's output.
    fragments: "tree",
  },
};
