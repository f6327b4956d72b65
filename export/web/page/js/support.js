// A plain script, so that it speaks where modules do not run: from a file, in an old browser, without WebAssembly.
(function () {
  var problem = null;
  if (location.protocol === "file:") {
    problem = "This page needs a file server. In its folder run: python3 -m http.server, then open http://localhost:8000.";
  } else if (!("noModule" in document.createElement("script"))) {
    problem = "This browser is too old for this page: it cannot load JavaScript modules.";
  } else if (typeof WebAssembly !== "object") {
    problem = "The networks of this page need WebAssembly, which this browser lacks or has switched off. "
      + "Without it nothing can be generated; the notes on data and models below can be read.";
  }
  window.kerasgenProblem = problem;
  if (problem) {
    var notice = document.getElementById("notice");
    notice.textContent = problem;
    notice.hidden = false;
  }
})();
