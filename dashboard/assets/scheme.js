// Runs in the head, before anything is painted: light or dark as chosen here before, else as the
// system says. The cookie tells the server which colors charts need.
(function () {
  "use strict";
  var root = document.documentElement;
  var system = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try { return window.localStorage.getItem("outcomes-scheme"); } catch (error) { return null; }
  }
  function apply(scheme) {
    root.setAttribute("data-mantine-color-scheme", scheme);
    root.setAttribute("data-ag-theme-mode", scheme);
    document.cookie = "outcomes-scheme=" + scheme + "; path=/; SameSite=Lax";
    if (window.dash_clientside && window.dash_clientside.set_props) {
      window.dash_clientside.set_props("scheme", { data: scheme });
      window.dash_clientside.set_props("mantine", { forceColorScheme: scheme });
    }
  }
  function current() {
    return chosen() || (system.matches ? "dark" : "light");
  }

  window.outcomesScheme = {
    toggle: function () {
      var next = current() === "dark" ? "light" : "dark";
      try { window.localStorage.setItem("outcomes-scheme", next); } catch (error) { /* private */ }
      apply(next);
    },
  };
  system.addEventListener("change", function () { if (!chosen()) { apply(current()); } });
  apply(current());
})();
