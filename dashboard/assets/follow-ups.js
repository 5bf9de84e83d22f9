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
      if (grid.isDestroyed()) { return; }
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
    if (grid.isDestroyed()) { return; } // recorded all the same
    Object.keys(found.pairs || {}).forEach(function (id) {
      var node = grid.getRowNode(id);
      if (node && node.data) { node.setData(Object.assign({}, node.data, found.pairs[id])); }
    });
    grid.redrawRows();
    window.outcomesWorklist.counts(found.counts);
  }

  function count(pairs) { return pairs === 1 ? "1 pair" : pairs + " pairs"; }

  // One message at a time, read aloud, with the way back in it.
  function tell(text, batch, isGood) {
    var old = document.querySelector(".toast");
    if (old) { old.remove(); }
    var toast = document.createElement("div");
    toast.className = "toast";
    toast.setAttribute("role", batch || isGood ? "status" : "alert");
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
    if (grid) { show(grid, answer.found); }
    tell(answer.found.detail || "This was not recorded. Load the page again.", null);
  }

  function act(kind) {
    var grid = api(), rows = grid ? chosen(grid) : onePair();
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
      lastBatch = answer.found.batch;
      if (!grid) { again(words[kind], lastBatch); return; }
      show(grid, answer.found);
      beyond = {};
      if (!grid.isDestroyed()) { grid.deselectAll(); }
      ["act-note", "act-day"].forEach(function (id) { if (el(id)) { el(id).value = ""; } });
      tell(count(rows.length) + " " + words[kind] + ".", lastBatch);
    }, function () { tell("The dashboard does not answer. Nothing was recorded.", null); });
  }

  function undo() {
    var grid = api();
    if ((!grid && !el("pair-acts")) || !lastBatch) { return; }
    post("/follow-ups/undo", { batch: lastBatch, search: window.location.search }).then(function (answer) {
      if (answer.status !== 200) { failed(grid, answer); return; }
      lastBatch = null;
      if (!grid) { again("taken back", ""); return; }
      show(grid, answer.found);
      tell("Taken back.", null);
    }, function () { tell("The dashboard does not answer. Nothing was taken back.", null); });
  }

  // A pair's own page: one pair, and the page is drawn anew with what was done.
  function onePair() {
    var place = el("pair-acts");
    return place ? [{ pair_id: place.dataset.pair, seen: Number(place.dataset.seen) }] : [];
  }

  function again(done, batch) {
    window.sessionStorage.setItem("outcomes-done", JSON.stringify({ text: "1 pair " + done + ".", batch: batch }));
    window.location.reload();
  }

  function saveWords() {
    var pair = onePair()[0];
    if (!pair) { return; }
    post("/follow-ups/edit", {
      pair_id: pair.pair_id, seen: pair.seen, note: value("edit-note"), assignee: value("edit-assignee"),
      due_on: value("edit-due_on") || null, until_on: value("edit-until_on") || null,
    }).then(function (answer) {
      if (answer.status !== 200) { failed(null, answer); return; }
      again("worded anew", answer.found.batch);
    }, function () { tell("The dashboard does not answer. Nothing was changed.", null); });
  }

  function watchPair() {
    var place = el("pair-acts");
    if (!place || place.dataset.watched) { return; }
    place.dataset.watched = "yes";
    ["act-day", "edit-due_on", "edit-until_on"].forEach(function (id) { if (el(id)) { el(id).type = "date"; } });
    var done = JSON.parse(window.sessionStorage.getItem("outcomes-done") || "null");
    window.sessionStorage.removeItem("outcomes-done");
    if (done) { lastBatch = done.batch || null; tell(done.text, lastBatch, true); }
  }

  function watch() {
    watchPair();
    var root = document.querySelector("#" + GRID + " .ag-root-wrapper");
    if (!root || root.dataset.watched || !document.querySelector("[data-act]")) { return; }
    root.dataset.watched = "yes";
    if (el("act-day")) { el("act-day").type = "date"; }
    window.dash_ag_grid.getApiAsync(GRID).then(function (grid) {
      grid.addEventListener("selectionChanged", function (event) {
        if (event.source !== "api") { beyond = {}; } // somebody chose anew
        if (!grid.isDestroyed()) { told(grid); }
      });
      grid.addEventListener("cellFocused", function () { if (!grid.isDestroyed()) { told(grid); } });
      // Rows that arrive after all were chosen are chosen as well.
      grid.addEventListener("modelUpdated", function () {
        if (grid.isDestroyed()) { return; } // the page was left while its rows were on their way
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
    if (event.target.closest && event.target.closest("[data-edit=save]")) { saveWords(); }
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
