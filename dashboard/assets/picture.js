// A card as a PNG: the same markup and styles drawn into a canvas, so title, interval, n, and
// release travel with the picture. Nothing leaves the machine.
(function () {
  "use strict";
  var styles = null;

  function asDataUrl(blob) {
    return new Promise(function (resolve, reject) {
      var reader = new FileReader();
      reader.onload = function () { resolve(reader.result); };
      reader.onerror = reject;
      reader.readAsDataURL(blob);
    });
  }

  // Our own style sheets as text, without rules for small windows and print, with the font inside.
  async function readStyles() {
    if (styles) { return styles; }
    var text = "";
    for (var sheet of document.styleSheets) {
      var isOurs = sheet.href && sheet.href.indexOf("/assets/") >= 0;
      if (sheet.href && !isOurs) { continue; }
      for (var rule of sheet.cssRules) {
        var isWanted = isOurs || rule.cssText.indexOf("plotly") >= 0;  // charts bring styles of their own
        if (rule instanceof CSSStyleRule && isWanted) { text += rule.cssText + "\n"; }
        if (isOurs && rule instanceof CSSFontFaceRule) {
          var address = new URL(rule.style.getPropertyValue("src").match(/url\("?([^")]+)/)[1], sheet.href);
          var font = await asDataUrl(await (await fetch(address)).blob());
          text += '@font-face{font-family:"Inter";font-weight:100 900;src:url("' + font + '")}\n';
        }
      }
    }
    styles = text;
    return text;
  }

  async function draw(card) {
    var box = card.getBoundingClientRect();
    var copy = card.cloneNode(true);
    copy.querySelectorAll(".actions, .card__table[hidden], .modebar-container").forEach(function (node) { node.remove(); });
    copy.style.width = box.width + "px";
    copy.style.height = box.height + "px";
    var scheme = document.documentElement.getAttribute("data-mantine-color-scheme");
    var body = new XMLSerializer().serializeToString(copy);
    var svg = '<svg xmlns="http://www.w3.org/2000/svg" width="' + box.width + '" height="' + box.height +
      '" data-mantine-color-scheme="' + scheme + '"><style><![CDATA[' + (await readStyles()) +
      ']]></style><foreignObject width="100%" height="100%"><div xmlns="http://www.w3.org/1999/xhtml" class="picture">' +
      body + "</div></foreignObject></svg>";
    var image = new Image();
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svg);
    await image.decode();
    var canvas = document.createElement("canvas");
    canvas.width = Math.round(box.width * 2);
    canvas.height = Math.round(box.height * 2);
    var pen = canvas.getContext("2d");
    pen.fillStyle = getComputedStyle(document.body).backgroundColor;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.scale(2, 2);
    pen.drawImage(image, 0, 0);
    return canvas;
  }

  window.outcomesPicture = async function (card) {
    var canvas = await draw(card);
    var link = document.createElement("a");
    link.download = (card.id || "figure") + ".png";
    link.href = canvas.toDataURL("image/png");
    link.click();
  };
})();
