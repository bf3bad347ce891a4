//! Common words of names, addresses and notes, the most frequent first.
//!
//! General knowledge of how people and places of the Mekong delta are called, written down from
//! no list of persons. The order is part of codec 2: a word's place is what travels.

/// Family names, Vietnamese and Khmer.
pub(super) const FAMILY: &str = "Nguyễn Trần Lê Phạm Huỳnh Võ Phan Hoàng Đặng Vũ Bùi Lâm Trương \
    Lý Dương Hồ Đỗ Ngô Thạch Sơn Danh Kim Châu Mai Đinh Cao Tô Đoàn Trịnh Đào Lương Hà Quách Tạ \
    Phùng Thái Vương Lưu Tăng Liêu Kiên Chung Triệu Từ Diệp Tống Chu Khưu La Giang Ông Lại Hứa Mã \
    Quan Kiều Tiêu Viên Trà Cù Lục Cổ Thân Âu Tôn Ôn Đồng Bạch Đàm Lữ Mạc Nông Trầm Du Nhan Thị \
    Neang Chau Kha Đường Uông Lạc Nghiêm Văn Vi Lò Ninh Điền";

/// Middle words.
pub(super) const MIDDLE: &str = "Thị Văn Ngọc Minh Thanh Hoàng Hữu Kim Mỹ Quốc Đức Bích Cẩm Chí \
    Công Thành Hồng Thu Thúy Anh Tuấn Phương Xuân Gia Bảo Tấn Trọng Đình Phước Hoài Nhật Trung Thế \
    Quang Duy Vĩnh Hải Khánh Như Diễm Tuyết Yến Thùy Huỳnh Tú Bá Phúc Ánh Lệ Út Mai Mạnh Thái Trúc \
    Thảo Tiến Việt Trường Lan Kiều Bé Hùng Phú Nhã Đăng Đông Thiên Quỳnh Tâm An Bình Diệu Đại Hạnh \
    Hiền Hiếu Hòa Hương Huy Khắc Khải Lâm Linh Long Nghĩa Nguyệt Nhân Phi Phong Sơn Sa Sóc Thiện \
    Tố Uyên Vân Vũ Ý Nguyễn Trần Lê";

/// Given names, the last word of a name.
pub(super) const GIVEN: &str = "Anh Lan Hoa Tuấn Hùng Dũng Hương Linh Minh Hạnh Thảo Trang Hà Tâm \
    Hiền Hòa Bình Hải Út Bé Nam Sơn Thanh Thành Thu Thúy Thủy Tú Tùng Vân Yến Mai Nga Ngọc Nhung \
    Oanh Phương Phúc Quân Quang Cường Đạt Đức Duy Dung Giang Huy Huyền Hưng Khánh Kiên Lâm Loan Ly \
    My Nhi Như Phong Phượng Quỳnh Thắng Thắm Thịnh Tiến Toàn Trâm Trinh Trúc Trung Trường Tuyết \
    Uyên Việt Vinh Vy Vũ Xuân Ngân Diễm Đẹp Hồng Hai Ba Tư Năm Sáu Bảy Tám Chín Mười Lượm Hoàng \
    Hậu Hiếu Hiệp Hào Hảo Khang Khoa Kiệt Kim Lộc Lợi Luân Mỹ Nghĩa Nguyên Nguyệt Nhân Nhàn Nhật \
    Phát Phú Phước Quyên Quý Sang Sinh Tài Tân Tấn Thái Thi Thiện Thơ Thoa Thư Thuận Thy Tiên Tín \
    Tình Trân Trí Trọng Tuyền Vàng Văn Vui Vững Ánh Ân An Bảo Bích Cẩm Chi Châu Chiến Chung Công \
    Diệu Đào Đời Khỏe Tèo Đông Điệp Hân Hiển Hoài Huệ Huỳnh Khải Khôi Lam Lành Lệ Liên Liễu Long \
    Mạnh Mẫn Mến Muội Na Nết Ngà Nghi Ngoan Nhã Nhanh Nhiên Nở Phi Phụng Quốc Quyền Sen Sương \
    Thạch Thạnh Thế Thêm Thiên Thông Thùy Tiền Tính Tới Trà Triều Tươi Viên Vĩnh Xuyến Ý Yên Dương \
    Đại Đan Đăng Định Được Gấm Giàu Gái Hạ Hằng Hội Khanh Khiêm Kha Kiều Lài Lai Lập Lương Lý Nhựt \
    Nữ Phấn Phol Rây Rết Ry Sóc Sươl Sa Son Thol Thươl Ương Danh Ra Chanh Dara Phép Pha Rinh Tha \
    Vanna Sary Tố Tri Vĩ";

/// Words of addresses and notes.
pub(super) const NOTES: &str = "Tổ Ấp ấp tổ số Khóm khóm nhà đường kênh hẻm không đi làm xa ở có \
    chưa đã hẹn lại vắng và con mẹ cha chồng vợ bà ông cháu anh chị già yếu bệnh điện thoại pin \
    hết mất sim thẻ căn cước CCCD VNeID mã nhận nước lớn ròng xuồng tối sáng chiều mai tuần sau \
    trước khi về tết học trường chợ công ty Xã xã phường Phường Huyện huyện Đường Kênh Hẻm Số Tân \
    Mỹ Hòa Phú Thạnh Long Vĩnh Hưng An Bình Thới Trung Đông Tây Nam Bắc Lộc Lợi Thuận Thành A B C \
    người được cho của từ đến cần gọi lên xuống bên cạnh sông cầu chùa đình gần đối diện tạm trú \
    thường khác sai ngày sinh tên giấy khai cũ mới hộ khẩu bị một hai ba không có";
