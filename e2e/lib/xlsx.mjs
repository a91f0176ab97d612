// Workbooks as people pass them on by hand: what their cells say, and typing into some of them.
import { inflateRawSync } from "node:zlib";
import { archive } from "./report.mjs";

// The parts of an archive by name, from its directory at the end.
export function parts(bytes) {
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  let at = bytes.readUInt32LE(end + 16);
  const found = {};
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [method, size] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20)];
    const [name, more, note] = [28, 30, 32].map((it) => bytes.readUInt16LE(at + it));
    const local = bytes.readUInt32LE(at + 42);
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(from, from + size);
    found[bytes.subarray(at + 46, at + 46 + name).toString()] = method === 8 ? inflateRawSync(packed) : packed;
    at += 46 + name + more + note;
  }
  return found;
}

const plain = (text) => text.replace(/<[^>]*>/g, "").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&amp;/g, "&");

// The first sheet as rows: a map of column letters to texts, by row number.
export function sheet(bytes) {
  const all = parts(bytes);
  const shared = [...(all["xl/sharedStrings.xml"]?.toString() ?? "").matchAll(/<si>(.*?)<\/si>/gs)].map((it) => plain(it[1]));
  const rows = new Map();
  for (const [, column, row, attributes, inner] of all["xl/worksheets/sheet1.xml"].toString().matchAll(/<c r="([A-Z]+)(\d+)"([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
    const said = plain(inner ?? "");
    const text = attributes.includes('t="s"') ? shared[Number(said)] : said;
    if (!rows.has(Number(row))) rows.set(Number(row), {});
    rows.get(Number(row))[column] = text;
  }
  return rows;
}

// The workbook with other texts in some cells ({ F7: "12" }): everything else stays, locks too.
export function typed(bytes, cells) {
  const all = parts(bytes);
  let xml = all["xl/worksheets/sheet1.xml"].toString();
  for (const [cell, text] of Object.entries(cells)) {
    const there = new RegExp(`<c r="${cell}"([^>]*?)(?:/>|>.*?</c>)`, "s");
    if (!there.test(xml)) throw new Error(`the sheet has no cell ${cell}`);
    const style = /s="\d+"/.exec(there.exec(xml)[1])?.[0] ?? "";
    xml = xml.replace(there, `<c r="${cell}" ${style} t="inlineStr"><is><t>${text}</t></is></c>`);
  }
  all["xl/worksheets/sheet1.xml"] = Buffer.from(xml);
  return archive(all);
}
