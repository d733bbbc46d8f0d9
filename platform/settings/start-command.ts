/** Commands that messages name: a clone of the repository has npm scripts, the package has not. */
const isPackage = import.meta.url.endsWith('.js');

/** Starts the server. */
export const START_COMMAND = isPackage ? 'npx holdfast start' : 'npm start';
/** Installs the dependencies. */
export const INSTALL_COMMAND = isPackage ? 'npm install holdfast' : 'npm ci';
