// «Présent sans réservation»: what is typed narrows the names that the page has; asked for, others are fetched.
const form = document.querySelector("[data-child-search]");
const others = document.querySelector("[data-others]");

const folded = (text) =>
  text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase();

if (form) {
  const told = document.querySelector("[data-search-found]");

  const narrow = () => {
    const words = folded(form.elements.recherche.value).split(/\s+/);
    for (const child of others.children) {
      const name = folded(child.querySelector("h3").textContent);
      child.hidden = !words.every((word) => name.includes(word));
    }
  };

  form.addEventListener("input", narrow);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(`/mairie/pointage?${new URLSearchParams(new FormData(form))}`, { redirect: "error" });
      if (!answer.ok) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const child of page.querySelectorAll("[data-others] > li")) {
        if (!document.getElementById(child.id)) others.append(document.adoptNode(child));
      }
      told.textContent = page.querySelector("[data-search-found]").textContent;
    } catch {
      told.textContent = form.dataset.childSearch;
    }
    narrow();
  });
}
