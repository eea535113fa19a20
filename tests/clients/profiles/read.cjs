// Reads pairs of AWS files with the real AWS SDK for JavaScript and prints what it finds, one JSON document a line.
//
// Usage: node read.cjs MODULES FOLDER COUNT, where MODULES holds node_modules and FOLDER 0.config, 0.credentials and so
// on. The kind of a profile is told by the SDK's own predicates, in the order of its resolveProfileData.
const fs = require("fs");
const path = require("path");

const [, , modules, folder, count] = process.argv;
const packages = path.join(modules, "node_modules");
const loader = require(path.join(packages, "@smithy/shared-ini-file-loader"));
const provider = path.join(packages, "@aws-sdk/credential-provider-ini/dist-es");

// The predicates are not exported: the module's own text is evaluated without its imports.
const predicates = {
  "assume-role": ["resolveAssumeRoleCredentials", "isAssumeRoleProfile"],
  "static-keys": ["resolveStaticCredentials", "isStaticCredsProfile"],
  "web-identity": ["resolveWebIdentityCredentials", "isWebIdentityProfile"],
  "credential-process": ["resolveProcessCredentials", "isProcessProfile"],
  sso: ["resolveSsoCredentials", "isSsoProfile"],
  "aws-login": ["resolveLoginCredentials", "isLoginProfile"],
};
const order = fs.readFileSync(path.join(provider, "resolveProfileData.js"), "utf8");
const kinds = Object.entries(predicates).map(([kind, [file, name]]) => {
  const text = fs.readFileSync(path.join(provider, `${file}.js`), "utf8");
  const plain = text.replace(/^import .*$/gm, "").replace(/^export /gm, "").replace(/import\(/g, "unused(");
  return { kind, is: new Function(`${plain}; return ${name};`)(), at: order.lastIndexOf(`${name}(data`) };
});
kinds.sort((a, b) => a.at - b.at);

const kindOf = (profile) => kinds.find(({ is }) => is(profile))?.kind ?? "none";
const table = (sections, of) => Object.fromEntries(Object.entries(sections).map(([name, keys]) => [name, of(keys)]));

(async () => {
  for (let index = 0; index < Number(count); index++) {
    const files = {
      filepath: path.join(folder, `${index}.credentials`),
      configFilepath: path.join(folder, `${index}.config`),
      ignoreCache: true,
    };
    const { configFile } = await loader.loadSharedConfigFiles(files);
    const known = await loader.parseKnownFiles(files);
    const sessions = await loader.loadSsoSessionData(files);
    console.log(
      JSON.stringify({
        profiles: table(known, (keys) => ({ ...keys })),
        kinds: table(known, kindOf),
        sessions: table(sessions, (keys) => ({ ...keys })),
        // Sections of other kinds, which the loader keeps among the profiles.
        special: Object.keys(configFile).filter((name) => /^(sso-session|services)\./.test(name)),
      }),
    );
  }
})();
