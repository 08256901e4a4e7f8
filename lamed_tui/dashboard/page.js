// Keys go to the console as soon as there is one, without a click.
addEventListener("load", () => {
  const focus = () => {
    if (document.body.classList.contains("-first-byte")) {
      document.querySelector(".xterm-helper-textarea")?.focus();
      observer.disconnect();
    }
  };
  const observer = new MutationObserver(focus);
  observer.observe(document.body, { attributeFilter: ["class"] });
  focus();
});
