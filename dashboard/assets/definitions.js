// Narrows the Definitions page to what holds every word typed, without asking the server.
(function () {
  "use strict";

  document.addEventListener("input", function (event) {
    if (event.target.id !== "definition-search") { return; }
    var words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    var all = document.querySelectorAll(".definition");
    var count = 0;
    all.forEach(function (card) {
      var text = card.textContent.toLowerCase();
      card.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
      if (!card.hidden) { count += 1; }
    });
    document.querySelectorAll(".family").forEach(function (family) {
      family.hidden = !family.querySelector(".definition:not([hidden])");
    });
    var shown = words.length ? count + " of " + all.length + " metrics" : all.length + " metrics";
    document.getElementById("definitions-shown").textContent = count ? shown : "No figure holds these words";
  });
})();
