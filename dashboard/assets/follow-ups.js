// Acts on pairs of the worklist: buttons and keys record a follow-up at once; one click takes it back.
(function () {
  "use strict";
  var GRID = "pairs-grid", SNOOZE_DAYS = 14, MOST = 1000;
  var words = {
    contacted: "contacted", snoozed: "snoozed", rematch_wanted: "marked for a re-match",
    paused: "paused", ended: "ended", note: "noted",
  };
  var keys = { c: "contacted", s: "snoozed", r: "rematch_wanted", p: "paused", e: "ended", n: "note" };
  var lastBatch = null;

  function el(id) { return document.getElementById(id); }
  function api() { return el(GRID) ? window.dash_ag_grid.getApi(GRID) : null; }
  function value(id) { return el(id) ? el(id).value.trim() : ""; }

  // All pairs of the list were chosen: those not loaded yet are known here by id only.
  var beyond = {};

  function chosen(grid) {
    var rows = grid.getSelectedRows(), ids = {};
    rows.forEach(function (row) { ids[row.pair_id] = true; });
    Object.keys(beyond).forEach(function (id) { if (!ids[id]) { rows.push(beyond[id]); } });
    if (rows.length) { return rows; }
    var cell = grid.getFocusedCell();
    var node = cell && grid.getDisplayedRowAtIndex(cell.rowIndex);
    return node ? [node.data] : [];
  }

  function inDays(days) {
    var day = new Date(Date.now() + days * 86400000);
    return day.toISOString().slice(0, 10);
  }

  function chooseAll() {
    var grid = api();
    if (!grid) { return; }
    window.outcomesWorklist.all(MOST).then(function (found) {
      beyond = {};
      found.rows.forEach(function (row) {
        var node = grid.getRowNode(row.pair_id);
        if (!node || !node.data) { beyond[row.pair_id] = row; }
      });
      grid.forEachNode(function (node) { if (node.data) { node.setSelected(true); } });
      told(grid);
      if (found.total > MOST) {
        tell("The first " + MOST.toLocaleString("en-US") + " of " + found.total.toLocaleString("en-US") + " pairs are chosen.", null);
      }
    }, function (error) { tell(error.message, null); });
  }

  function told(grid) {
    var number = chosen(grid).length && (grid.getSelectedRows().length + Object.keys(beyond).length);
    var said = el("acts-count");
    if (said) { said.textContent = number ? count(number) + " chosen" : "No pair chosen"; }
    document.querySelectorAll("[data-act]").forEach(function (button) {
      button.disabled = !number && !grid.getFocusedCell();
    });
  }

  function post(address, body) {
    return fetch(address, {
      method: "POST", credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-Requested-With": "outcomes" },
      body: JSON.stringify(body),
    }).then(function (answer) {
      return answer.json().then(function (found) { return { status: answer.status, found: found }; });
    });
  }

  function show(grid, found) {
    Object.keys(found.pairs || {}).forEach(function (id) {
      var node = grid.getRowNode(id);
      if (node && node.data) { node.setData(Object.assign({}, node.data, found.pairs[id])); }
    });
    grid.redrawRows();
    window.outcomesWorklist.counts(found.counts);
  }

  function count(pairs) { return pairs === 1 ? "1 pair" : pairs + " pairs"; }

  // One message at a time, read aloud, with the way back in it.
  function tell(text, batch) {
    var old = document.querySelector(".toast");
    if (old) { old.remove(); }
    var toast = document.createElement("div");
    toast.className = "toast";
    toast.setAttribute("role", batch ? "status" : "alert");
    toast.appendChild(document.createTextNode(text));
    if (batch) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "pill";
      button.textContent = "Undo";
      button.addEventListener("click", undo);
      toast.appendChild(button);
    }
    document.body.appendChild(toast);
    window.setTimeout(function () { toast.remove(); }, batch ? 12000 : 20000);
  }

  function failed(grid, answer) {
    show(grid, answer.found);
    tell(answer.found.detail || "This was not recorded. Load the page again.", null);
  }

  function act(kind) {
    var grid = api();
    if (!grid) { return; }
    var rows = chosen(grid);
    if (!rows.length) { tell("Choose a pair first: click its box, or move to its row.", null); return; }
    var day = value("act-day"), waits = kind === "snoozed" || kind === "paused";
    var batch = window.crypto.randomUUID();
    var body = {
      search: window.location.search, kind: kind, note: value("act-note"), assignee: value("act-assignee"), batch: batch,
      until_on: waits ? (day || (kind === "snoozed" ? inDays(SNOOZE_DAYS) : null)) : null,
      due_on: waits ? null : (day || null),
      pairs: rows.map(function (row) { return { pair_id: row.pair_id, seen: row.seen }; }),
    };
    post("/follow-ups", body).then(function (answer) {
      if (answer.status !== 200) { failed(grid, answer); return; }
      show(grid, answer.found);
      lastBatch = answer.found.batch;
      beyond = {};
      grid.deselectAll();
      ["act-note", "act-day"].forEach(function (id) { if (el(id)) { el(id).value = ""; } });
      tell(count(rows.length) + " " + words[kind] + ".", lastBatch);
    }, function () { tell("The dashboard does not answer. Nothing was recorded.", null); });
  }

  function undo() {
    var grid = api();
    if (!grid || !lastBatch) { return; }
    post("/follow-ups/undo", { batch: lastBatch, search: window.location.search }).then(function (answer) {
      if (answer.status !== 200) { failed(grid, answer); return; }
      show(grid, answer.found);
      lastBatch = null;
      tell("Taken back.", null);
    }, function () { tell("The dashboard does not answer. Nothing was taken back.", null); });
  }

  function watch() {
    var root = document.querySelector("#" + GRID + " .ag-root-wrapper");
    if (!root || root.dataset.watched || !document.querySelector("[data-act]")) { return; }
    root.dataset.watched = "yes";
    if (el("act-day")) { el("act-day").type = "date"; }
    window.dash_ag_grid.getApiAsync(GRID).then(function (grid) {
      grid.addEventListener("selectionChanged", function (event) {
        if (event.source !== "api") { beyond = {}; } // somebody chose anew
        told(grid);
      });
      grid.addEventListener("cellFocused", function () { told(grid); });
      // Rows that arrive after all were chosen are chosen as well.
      grid.addEventListener("modelUpdated", function () {
        grid.forEachNode(function (node) {
          if (node.data && beyond[node.data.pair_id]) {
            delete beyond[node.data.pair_id];
            node.setSelected(true);
          }
        });
      });
      told(grid);
    });
  }
  new MutationObserver(watch).observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-act]");
    if (button && !button.disabled) { act(button.dataset.act); }
    if (event.target.closest && event.target.closest("[data-choose=all]")) { chooseAll(); }
  });
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) { return; }
    var at = event.target;
    if (!document.querySelector("[data-act]") || !at.closest) { return; }
    if (at.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) { return; }
    if (!at.closest("#" + GRID + ", .acts, .toast") && at !== document.body) { return; }
    var key = event.key.toLowerCase();
    if (key === "u") { event.preventDefault(); undo(); }
    if (key === "a") { event.preventDefault(); chooseAll(); }
    if (keys[key]) { event.preventDefault(); act(keys[key]); }
  });
})();
