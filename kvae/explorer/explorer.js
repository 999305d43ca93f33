// Shows one image of a sheet: that under the pointer on a map, or that which the slider of a strip chooses.
// kvae/explorer/markup.py makes the sheets. `element` contains any number of them, which may be replaced at any time.

const share = (number, count) => (count > 1 ? number / (count - 1) : 0.5);

const show = (sheet, column, row) => {
  const { columns, rows, low, high } = sheet.dataset;
  const at = [share(column, columns), share(row, rows)];
  const value = (part) => (Number(low) + part * (high - low)).toFixed(1).replace("-", "−");
  sheet.querySelector(".kvae-shown").style.backgroundPosition = at.map((part) => `${100 * part}%`).join(" ");
  const values = rows > 1 ? [value(at[0]), value(1 - at[1])] : [value(at[0])];
  sheet.querySelector("output").textContent = values.join(", ");
  const frame = sheet.querySelector("rect"); // a map has one, a strip has none
  if (!frame) return;
  frame.setAttribute("x", Number(low) + ((column - 0.5) * (high - low)) / (columns - 1));
  frame.setAttribute("y", Number(low) + ((row - 0.5) * (high - low)) / (rows - 1));
};

const under = (length, start, size, count) =>
  Math.min(count - 1, Math.max(0, Math.floor(((length - start) / size) * count)));

element.addEventListener("pointermove", (event) => {
  const all = event.target.closest(".kvae-all");
  if (!all) return;
  const sheet = all.closest(".kvae-sheet");
  const box = all.getBoundingClientRect();
  const column = under(event.clientX, box.left, box.width, sheet.dataset.columns);
  show(sheet, column, under(event.clientY, box.top, box.height, sheet.dataset.rows));
});

element.addEventListener("input", (event) => {
  const sheet = event.target.closest(".kvae-sheet");
  if (sheet) show(sheet, Number(event.target.value), 0);
});
