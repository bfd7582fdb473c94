/** Stands in for the NIST curves: what is read of them while modules load, and no arithmetic. */
function getSharedSecret() {
  throw new Error("left out");
}

const leftOut = {
  lengths: { seed: 1, secretKey: 1, publicKey: 1, publicKeyUncompressed: 1 },
  Point: { Fn: {} },
  getSharedSecret,
};

export { leftOut as p256, leftOut as p384 };
