// Cells of the worklist: each shows words twice as useful as a code, read aloud in one go.
(function () {
  "use strict";
  var looks = {
    stalled: ["square", "bad"], dormant: ["diamond", "bad"], never_started: ["triangle", "warn"],
    drifting: ["down", "warn"], unlogged: ["ring", "quiet"], on_track: ["circle", "good"],
    too_early: ["dash", "quiet"], paused: ["bars", "quiet"],
  };
  var make = function () { return window.React.createElement.apply(null, arguments); };

  var components = window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {};
  components.OutcomesState = function (props) {
    var look = looks[props.data.state] || ["ring", "quiet"];
    return make("span", { className: "state state--" + look[1] },
      make("span", { className: "shape shape--" + look[0], "aria-hidden": true }), props.value);
  };
  components.OutcomesPair = function (props) {
    return make("a", { href: props.data.href, "data-nav": "", className: "worklist__pair", title: props.value + ", " + props.data.departments },
      make("b", null, props.value), make("span", { className: "worklist__sub" }, props.data.departments),
      make("span", { className: "worklist__more" }, components.OutcomesState({ data: props.data, value: props.data.state_word })),
      make("span", { className: "worklist__more" }, props.data.why));
  };
  components.OutcomesDays = function (props) {
    return make("span", { className: "worklist__two num" }, props.data.days_words,
      make("span", { className: "worklist__sub" }, props.data.agreed));
  };
  components.OutcomesWhy = function (props) {
    return make("span", { className: "worklist__why", title: props.value }, props.value);
  };
  components.OutcomesRisk = function (props) {
    var words = props.data.risk_words, at = words.indexOf(": ");
    return make("span", { className: "worklist__risk", title: words }, at < 0 ? words : words.slice(0, at),
      make("span", { className: "worklist__sub" }, at < 0 ? "" : words.slice(at + 2)));
  };
  components.OutcomesFollowUp = function (props) {
    return make("span", { className: "worklist__done", title: props.data.follow_up_sub }, props.value,
      make("span", { className: "worklist__sub worklist__sub--one" }, props.data.follow_up_sub));
  };
  components.OutcomesNext = function (props) {
    return make("span", { className: props.value ? "num" : "soft" }, props.data.next_words);
  };

  var functions = window.dashAgGridFunctions = window.dashAgGridFunctions || {};
  var isSmall = function () { return window.matchMedia("(max-width: 760px)").matches; };
  functions.outcomesRowHeight = function () { return isSmall() ? 152 : 56; };

  // On a phone the pair's cell says it all; the other columns would only be scrolled past.
  function fit() {
    var grid = document.querySelector("#pairs-grid .ag-root-wrapper");
    if (!grid || grid.dataset.fitted) { return; }
    grid.dataset.fitted = "yes";
    window.dash_ag_grid.getApiAsync("pairs-grid").then(function (api) {
      if (!isSmall()) { return; }
      api.setColumnWidths([{ key: "days", newWidth: 104 }]);
      api.setColumnsVisible(["state_word", "next", "risk", "why", "follow_up", "held", "cohort"], false);
    });
  }
  new MutationObserver(fit).observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener("input", function (event) {
    if (event.target.id !== "pair-search") { return; }
    var words = event.target.value;
    window.dash_ag_grid.getApiAsync("pairs-grid").then(function (api) {
      api.setGridOption("quickFilterText", words);
    });
  });
})();
