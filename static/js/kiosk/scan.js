// Reads a badge with the camera: the browser's own reader where there is one, else the compiled one, loaded here alone.

const LASTS = 30_000, EVERY = 150;

async function reader() {
  if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (frame) => (await detector.detect(frame)).map((one) => one.rawValue);
  }
  const { prepareZXingModule, readBarcodes } = await import("../vendor/zxing-wasm-3.1.4.min.js");
  const wasm = new URL("../vendor/zxing-reader-3.1.4.wasm", import.meta.url).href;
  await prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
  return async (frame) => {
    const pixels = frame.getContext("2d").getImageData(0, 0, frame.width, frame.height);
    return (await readBarcodes(pixels, { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 })).map((one) => one.text);
  };
}

// Shows the camera in `video` until `found` says yes, thirty seconds pass or `stop` is called. Throws without camera.
export async function look(video, found, ended) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "user", width: { ideal: 1280 } } });
  let over = false;
  const stop = () => {
    over = true;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  video.srcObject = stream;
  run().catch(() => { stop(); ended(); });
  return stop;

  async function run() {
    await video.play();
    const read = await reader(), frame = document.createElement("canvas"), until = performance.now() + LASTS;
    while (!over && performance.now() < until) {
      if (video.videoWidth) {
        frame.width = video.videoWidth; frame.height = video.videoHeight;
        frame.getContext("2d", { willReadFrequently: true }).drawImage(video, 0, 0);
        for (const text of await read(frame)) if (!over && found(text)) return stop();
      }
      await new Promise((on) => setTimeout(on, EVERY));
    }
    if (!over) { stop(); ended(); }
  }
}
