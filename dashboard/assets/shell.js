// What pages do without asking the server: table twins, pictures, links to copy, the small menu.
(function () {
  "use strict";

  var actions = {
    scheme: function () { window.outcomesScheme.toggle(); },
    table: function (button) {
      var table = document.getElementById(button.getAttribute("aria-controls"));
      table.hidden = !table.hidden;
      button.setAttribute("aria-expanded", String(!table.hidden));
    },
    picture: function (button) {
      window.outcomesPicture(button.closest(".card")).catch(function () {
        say("This browser cannot make the picture. The table and the CSV hold the same numbers.");
      });
    },
    link: function (button) {
      var url = window.location.origin + button.getAttribute("data-link");
      navigator.clipboard.writeText(url).then(
        function () { say("Link copied"); },
        function () { say("Copying is not allowed here; the address bar holds the link."); }
      );
    },
    print: function () { window.print(); },
  };

  function say(words) {
    var place = document.getElementById("said");
    if (!place) { return; }
    place.textContent = words;
    place.classList.add("said--shown");
    window.setTimeout(function () { place.classList.remove("said--shown"); }, 2600);
  }

  document.addEventListener("click", function (event) {
    var target = event.target.closest("[data-action]");
    if (target && actions[target.getAttribute("data-action")]) {
      actions[target.getAttribute("data-action")](target);
    }
    if (event.target.closest(".topbar .menu a")) {
      document.querySelector(".topbar details").open = false;
    }
  });
})();

// Links marked data-nav change the page without loading it anew; anything unusual about the click
// (new tab, download, another key) stays the browser's.
(function () {
  "use strict";
  var awaited = "";

  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-nav]");
    var isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !isPlain || event.defaultPrevented) { return; }
    event.preventDefault();
    var isSamePage = link.pathname === window.location.pathname;
    window.history.pushState({}, "", link.href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    if (!isSamePage && !link.hash) { window.scrollTo(0, 0); }
    awaited = link.hash;
    findAnchor();
  });

  function findAnchor() {
    var target = awaited && document.getElementById(decodeURIComponent(awaited.slice(1)));
    if (target) {
      if (target.tagName === "DETAILS") { target.open = true; }
      target.scrollIntoView();
      document.querySelectorAll(".is-target").forEach(function (node) { node.classList.remove("is-target"); });
      target.classList.add("is-target");
      awaited = "";
    }
  }

  awaited = window.location.hash;
  new MutationObserver(findAnchor).observe(document.documentElement, { childList: true, subtree: true });
})();
