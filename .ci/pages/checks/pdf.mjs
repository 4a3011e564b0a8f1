// The whole book on paper.

import { writeFile } from "node:fs/promises";

/** A4 without its margins, in CSS pixels: 210 mm − 2 × 22 mm. */
export const PAPER_WIDTH = 627;

/** Prints a page to PDF; gives sentences about what is wrong with it, and its number of pages. */
export async function print(tab, file) {
  const pdf = await tab.pdf({ format: "A4", outline: true, tagged: true, preferCSSPageSize: true });
  if (file) {
    await writeFile(file, pdf);
  }
  return judge(pdf.toString("latin1"));
}

/** Reads a PDF as Chromium writes it: its objects other than streams are plain text. */
export function judge(pdf) {
  const complaints = [];
  const pages = [...pdf.matchAll(/\/Type\s*\/Page\b(?!s)/g)].length;
  const outline = /\/Outlines\s+\d+\s+\d+\s+R/.test(pdf);
  const entries = /\/Title\s*[(<][^]{0,400}?\/Dest\b/.test(pdf);
  if (!pdf.startsWith("%PDF-")) {
    complaints.push("expected a PDF, found something else");
  }
  if (pages === 0) {
    complaints.push("expected pages in the PDF, found none");
  }
  if (!outline || !entries) {
    complaints.push("expected an outline in the PDF, found none");
  }
  return { complaints, pages };
}
