// Wide tables and code scroll by keyboard as well; captions and side bars tell a screen reader what they are.
const reachable = () => {
  for (const box of document.querySelectorAll(".table-wrapper, pre")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
};
addEventListener("resize", reachable);
document.addEventListener("DOMContentLoaded", () => {
  reachable();
  for (const caption of document.querySelectorAll("[role=heading]:not([aria-level])")) {
    caption.ariaLevel = "2";
  }
  document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "All pages");
  document.querySelector(".toc-drawer")?.setAttribute("aria-label", "This page");
});
