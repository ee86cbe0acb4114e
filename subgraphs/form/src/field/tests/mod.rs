mod cases;
mod oracle;
mod properties;
mod schemas;
