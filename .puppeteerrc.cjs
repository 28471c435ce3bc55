// The tests bring their own Firefox (see README): puppeteer must not download one while it is installed.
module.exports = { skipDownload: true };
