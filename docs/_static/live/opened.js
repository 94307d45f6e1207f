// A page that is opened from a disk: browsers load no modules there, so a line says how to serve it.

if (location.protocol === "file:") {
  const root = new URL("../../", document.currentScript.src).pathname;
  const folder = decodeURIComponent(root).replace(/^\/(?=[A-Za-z]:)/, ""); // of Windows
  const command = document.createElement("code");
  command.textContent = `python -m http.server --bind 127.0.0.1 --directory "${folder}"`;
  const address = document.createElement("code");
  address.textContent = "http://127.0.0.1:8000";
  const note = document.createElement("p");
  note.className = "live-note";
  if (document.documentElement.lang === "ko") {
    note.append("이 페이지의 코드를 실행하려면 ", command, " 명령을 실행하고 ", address, "을 여세요.");
  } else {
    note.append("To run the code of this page, start ", command, " and open ", address, ".");
  }
  addEventListener("DOMContentLoaded", () => document.querySelector("div.cell").before(note));
}
