//! Workbooks and documents as strangers make them: read rightly or refused with the reason.

#[path = "files/hostile.rs"]
mod hostile;
#[path = "files/kit.rs"]
mod kit;
#[path = "files/written.rs"]
mod written;
#[path = "files/xlsx.rs"]
mod xlsx;
