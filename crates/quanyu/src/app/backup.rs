//! Backup and restore of a whole district.
//!
//! Owns the wording. Leaves the file to `quanyu-store`, which refuses one that does not verify.

use std::path::Path;

use super::{AppError, product::Place};

/// Writes everything into one file, while others work.
///
/// # Errors
/// A place without a district, a file that cannot be written.
pub async fn backup(place: &Place, file: &Path) -> Result<String, AppError> {
    let product = super::Product::open(place).await?;
    let made = quanyu_store::backup::backup(&product.store, file).await?;
    Ok(format!(
        "已备份到 {0}：{1} 条记录，{2} 个文件，链头 {3} · {1} rows and {2} files in {0}",
        file.display(),
        made.rows,
        made.files,
        made.head
    ))
}

/// Builds a district from a backup; the place must be empty.
///
/// # Errors
/// A place that holds a district, a file that does not verify.
pub async fn restore(place: &Place, file: &Path) -> Result<String, AppError> {
    let location = place.location();
    let made = quanyu_store::backup::restore(&location, file).await?;
    Ok(format!(
        "已恢复到 {location}：{0} 条记录，{1} 个文件，校验通过，链头 {2} · {0} rows and {1} files, verified",
        made.rows, made.files, made.head
    ))
}
