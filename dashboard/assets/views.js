// Saved views of the worklist: listed when the menu opens, saved and removed without leaving the page.
(function () {
  "use strict";
  function el(id) { return document.getElementById(id); }

  function say(words) {
    var place = el("said");
    if (!place) { return; }
    place.textContent = words;
    place.classList.add("said--shown");
    window.setTimeout(function () { place.classList.remove("said--shown"); }, 3200);
  }

  function ask(address, body) {
    var how = { credentials: "same-origin" };
    if (body) {
      how.method = "POST";
      how.headers = { "Content-Type": "application/json", "X-Requested-With": "outcomes" };
      how.body = JSON.stringify(body);
    }
    return fetch(address, how).then(function (answer) {
      return answer.json().then(function (found) {
        if (answer.status !== 200) { throw new Error(found.detail); }
        list(found.views);
      });
    }).catch(function (error) { say(error.message || "The dashboard does not answer."); throw error; });
  }

  function list(views) {
    var place = el("views-list");
    if (!place) { return; }
    place.replaceChildren.apply(place, views.map(function (view) {
      var item = document.createElement("li"), link = document.createElement("a"), button = document.createElement("button");
      link.href = view.href;
      link.textContent = view.name;
      link.className = "link";
      link.setAttribute("data-nav", "");
      button.type = "button";
      button.className = "views__forget";
      button.textContent = "Remove";
      button.setAttribute("aria-label", "Remove the view " + view.name);
      button.setAttribute("data-view", "forget");
      button.setAttribute("data-name", view.name);
      item.append(link, button);
      return item;
    }));
    el("views-none").hidden = views.length > 0;
  }

  document.addEventListener("toggle", function (event) {
    if (event.target.id === "views" && event.target.open) { ask("/views").catch(function () {}); }
  }, true);
  document.addEventListener("keydown", function (event) {
    if (event.target.id === "view-name" && event.key === "Enter") { save(); }
    if (event.key === "Escape" && el("views") && el("views").open) {
      el("views").open = false;
      el("views").querySelector("summary").focus();
    }
  });

  function save() {
    var name = el("view-name").value.trim();
    if (!name) { say("Give the view a name first."); el("view-name").focus(); return; }
    ask("/views", { name: name, search: window.location.search }).then(function () {
      el("view-name").value = "";
      say("Saved as \u201c" + name + "\u201d");
    }, function () {});
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-view]");
    if (button && button.dataset.view === "save") { save(); }
    if (button && button.dataset.view === "forget") {
      ask("/views/forget", { name: button.dataset.name }).then(function () { say("Removed"); }, function () {});
    }
    var within = event.target.closest && event.target.closest("#views"), followed = within && event.target.closest("a");
    if (el("views") && el("views").open && (!within || followed)) { el("views").open = false; }
  });
})();
