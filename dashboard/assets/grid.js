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
  var loaded = function (draw) { // rows on their way have no data yet
    return function (props) { return props.data ? draw(props) : make("span", { className: "soft" }, "\u2026"); };
  };
  components.OutcomesState = loaded(function (props) {
    var look = looks[props.data.state] || ["ring", "quiet"];
    return make("span", { className: "state state--" + look[1] },
      make("span", { className: "shape shape--" + look[0], "aria-hidden": true }), props.value);
  });
  components.OutcomesPair = loaded(function (props) {
    return make("a", { href: props.data.href, "data-nav": "", className: "worklist__pair", title: props.value + ", " + props.data.departments },
      make("b", null, props.value), make("span", { className: "worklist__sub" }, props.data.departments),
      make("span", { className: "worklist__more" }, components.OutcomesState({ data: props.data, value: props.data.state_word })),
      make("span", { className: "worklist__more" }, props.data.why));
  });
  components.OutcomesDays = loaded(function (props) {
    return make("span", { className: "worklist__two num" }, props.data.days_words,
      make("span", { className: "worklist__sub" }, props.data.agreed));
  });
  components.OutcomesWhy = loaded(function (props) {
    return make("span", { className: "worklist__why", title: props.value }, props.value);
  });
  components.OutcomesRisk = loaded(function (props) {
    var words = props.data.risk_words, at = words.indexOf(": ");
    return make("span", { className: "worklist__risk", title: words }, at < 0 ? words : words.slice(0, at),
      make("span", { className: "worklist__sub" }, at < 0 ? "" : words.slice(at + 2)));
  });
  components.OutcomesFollowUp = loaded(function (props) {
    var met = props.data.follow_up_met, about = props.data.follow_up_sub;
    return make("span", { className: "worklist__done", title: props.value + "; " + about },
      met ? make("b", { className: "worklist__met" }, met) : props.value,
      make("span", { className: "worklist__sub worklist__sub--one" }, met ? props.value + "; " + about : about));
  });
  components.OutcomesNext = loaded(function (props) {
    return make("span", { className: props.value ? "num" : "soft" }, props.data.next_words);
  });

  var isSmall = function () { return window.matchMedia("(max-width: 760px)").matches; };

  // Rows are asked for block by block, in the order and with the words that stand above them.
  var GRID = "pairs-grid", words = "", typing = null;
  var box = function () { return document.getElementById("worklist"); };

  function explain(text) {
    var place = document.getElementById("worklist-problem");
    if (!place) { return; }
    place.hidden = !text;
    place.textContent = text || "";
  }

  function ask(address, start, end, order) {
    var question = new URLSearchParams({ start: start, end: end });
    if (words) { question.set("q", words); }
    if (order) { question.set("sort", order.colId); question.set("dir", order.sort); }
    var join = address.indexOf("?") < 0 ? "?" : "&";
    return fetch(address + join + question, { credentials: "same-origin" }).then(function (answer) {
      return answer.json().then(function (found) {
        if (answer.status !== 200) { throw new Error(found.detail); }
        return found;
      });
    });
  }

  // The grid asks through Dash, which knows one question at a time: an answer to an earlier one
  // would be taken for that of the last, so it is dropped.
  var asked = 0;
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.outcomes = { rows: function (wanted) {
    var nothing = window.dash_clientside.no_update, mine = (asked += 1);
    if (!wanted || !box()) { return nothing; }
    readWords();
    return ask(box().dataset.rows, wanted.startRow, wanted.endRow, wanted.sortModel[0]).then(function (found) {
      if (mine !== asked || !box()) { return nothing; }
      explain(found.total ? "" : "No pair of this list has these words in its names or departments.");
      box().style.setProperty("--rows", Math.max(Math.min(found.total, 100), 3));
      window.outcomesWorklist.counts(found.counts);
      return { rowData: found.rows, rowCount: found.total };
    }, function (error) {
      explain((error && error.message) || "The dashboard does not answer. Load the page again.");
      return mine === asked ? { rowData: [], rowCount: 0 } : nothing;
    });
  } };

  // What other scripts need of the list: its address, a part of it, its counts.
  window.outcomesWorklist = {
    all: function (most) { return ask(box().dataset.rows, 0, most, null); },
    counts: function (counts) {
      Object.keys(counts || {}).forEach(function (state) {
        var place = document.querySelector('[data-count-of="' + state + '"]');
        if (!place) { return; }
        var chip = place.closest(".chip");
        place.textContent = counts[state].toLocaleString("en-US");
        if (chip.hasAttribute("data-when-any")) { chip.hidden = !counts[state] && !chip.hasAttribute("aria-current"); }
      });
    },
  };

  // On a phone the pair's cell says it all; the other columns would only be scrolled past.
  function connect() {
    var at = box(), grid = document.querySelector("#" + GRID + " .ag-root-wrapper");
    if (!at || !grid || grid.dataset.rows === at.dataset.rows) { return; }
    var before = grid.dataset.rows;
    grid.dataset.rows = at.dataset.rows;
    window.dash_ag_grid.getApiAsync(GRID).then(function (api) {
      if (api.isDestroyed()) { return; }
      if (isSmall() && !before) {
        api.setColumnWidths([{ key: "days", newWidth: 104 }]);
        api.setColumnsVisible(["state_word", "next", "risk", "why", "follow_up", "held", "cohort"], false);
      }
      if (before) { api.purgeInfiniteCache(); } // the same grid, another list
    });
  }
  new MutationObserver(connect).observe(document.documentElement, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["data-rows"],
  });

  function readWords() {
    var field = document.getElementById("pair-search");
    words = field ? field.value.trim() : "";
  }

  function search() {
    readWords();
    var address = new URL(window.location.href);
    if (words) { address.searchParams.set("q", words); } else { address.searchParams.delete("q"); }
    window.history.replaceState(window.history.state, "", address);
    window.dash_ag_grid.getApiAsync(GRID).then(function (api) { if (!api.isDestroyed()) { api.purgeInfiniteCache(); } });
  }
  document.addEventListener("input", function (event) {
    if (event.target.id !== "pair-search") { return; }
    window.clearTimeout(typing);
    typing = window.setTimeout(search, 180);
  });
})();
